"""The buyer's report: what was found of a lot, typeset, signed by a lead, verifiable by anybody."""
