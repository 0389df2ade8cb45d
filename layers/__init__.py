"""What is on the map: models, the layer registry, history, editing, dossiers."""
