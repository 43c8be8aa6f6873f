"""How strong something unobserved would have to be to explain an effect away."""
