-- Moves committed changes from the inbox into the ledger.
select ledger_number() as numbered
