cp "$FIRST_STUDY"/* .
