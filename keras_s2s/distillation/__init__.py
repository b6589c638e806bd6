"""Teachers, one or several, whose translations a student is trained on."""
