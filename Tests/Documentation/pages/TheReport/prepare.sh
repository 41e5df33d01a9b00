cp "$FIRST_STUDY"/* .
rung run study.yaml --slots 4 --quiet
