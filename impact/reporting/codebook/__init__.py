"""What the data are, variable by variable, for whoever is handed them: DDI-Codebook XML, CSV, HTML."""
