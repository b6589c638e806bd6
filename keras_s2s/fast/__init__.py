"""What makes training fast: nothing here changes what is computed."""
