# As on a node that was given four GPUs.
export CUDA_VISIBLE_DEVICES=0,1,2,3 SCRATCH=$PWD
python3 - <<'END'
import gzip, json
import ConfigSpace
with gzip.open("curves.csv.gz", "wt") as file:
    print("learning_rate", "width", *("loss_%d,seconds_%d" % (n, n) for n in (1, 2, 3)), sep=",", file=file)
    for row in range(40):
        curve = ("%g,2" % ((row * 7 % 40) / 40 + 1 / n) for n in (1, 2, 3))
        print(10 ** (-4 + row / 10), 8 + 8 * (row % 8), *curve, sep=",", file=file)
space = ConfigSpace.ConfigurationSpace({"rate": (1e-4, 1e-1), "cell": ["skip", "conv"]})
space.to_json("space.json")
END
