# A study that was cut off.
cp "$FIRST_STUDY"/* .
rung run study.yaml --slots 2 --quiet &
until [ -e study.rung/journal ]; do sleep 0.1; done
sleep 2
kill -KILL %1
wait || true
