"""The referee's twin: a synthetic panel that gives released linear estimates again, exactly."""
