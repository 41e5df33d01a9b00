cp "$REPOSITORY/Sources/CResources/rung.h" .
mkdir data
python3 -c 'import h5py; h5py.File("data/digits.h5", "w")["images"] = range(10)'
ARGUMENTS="--learning_rate 0.1"
