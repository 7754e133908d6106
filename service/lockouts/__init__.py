"""How often somebody may guess."""
