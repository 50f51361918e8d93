-- $1 query {agency}, $2 roles, $3 agency of the caller
select version
from agenda
where agency = case when 'office' = any ($2::text[]) then $1::jsonb->>'agency' else $3 end
	and coalesce($1::jsonb->>'agency', $3) = agency
