"""Effects by how much of the programme a unit received, and on those who received nothing but were near."""
