-- Keys that this service's own tokens are or will be signed with; the one to sign with now first.
select code as kid, algorithm, pem, (use_from <= clock_timestamp())::text as in_use
from signing_key
where withdraw_at is null or withdraw_at > clock_timestamp()
order by use_from <= clock_timestamp() desc, generation desc
