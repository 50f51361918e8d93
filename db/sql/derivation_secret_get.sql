-- What secrets of requests that may be sent again are derived from.
select encode(secret, 'hex') as secret from derivation_secret
