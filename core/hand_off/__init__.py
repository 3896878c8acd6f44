"""What solve, transfer and composite made, handed on to other programs."""
