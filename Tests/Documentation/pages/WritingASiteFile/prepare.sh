cp "$FIRST_STUDY"/* .
export SCRATCH=$PWD
