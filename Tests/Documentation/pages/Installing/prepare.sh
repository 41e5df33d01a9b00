# A clone in which what the first block builds is there.
ln -s "$REPOSITORY/Sources" "$REPOSITORY/jobscripts" "$REPOSITORY/site-configs" .
mkdir -p .build/release
ln -s "$(command -v rung)" .build/release/rung
