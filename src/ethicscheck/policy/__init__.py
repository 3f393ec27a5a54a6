"""What must hold: rules and shipped profiles; estimates and intervals into findings."""
