cp "$REPOSITORY/Sources/CResources/rung.h" .
