-- $1 code, $2 SHA-256 of the secret as hex; one row for a program that may come in
select code, array_to_string(roles, ' ') as roles, agency
from client
where code = $1 and status = 'active'
	and (secret_hash = decode($2, 'hex')
		or (old_secret_hash = decode($2, 'hex') and old_secret_until > clock_timestamp()))
