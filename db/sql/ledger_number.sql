-- Moves committed changes from the inbox into the ledger, at most so many at once.
select ledger_number(2000) = 2000 as more
