-- Keys that this service's own tokens are signed with; the one in use first.
select kid, algorithm, pem, in_use::text as in_use
from signing_key
order by in_use desc, made_at desc
