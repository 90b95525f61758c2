package mortise.wire.generator;

/** When a tagged field is written. */
final class Tags {
    private Tags() {}

    /** A Java condition inside the flexible versions; empty if the field is never written. */
    static String isWritten(StructScope scope, FieldSchema field) {
        Guard guard =
                Guard.of(
                        scope.tagged(field),
                        scope.struct().versions().intersect(scope.message().flexible()));
        if (guard.never()) {
            return "";
        }
        String differs = scope.differs(field);
        return guard.always() ? differs : guard.expression() + " && " + differs;
    }
}
