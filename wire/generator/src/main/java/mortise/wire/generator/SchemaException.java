package mortise.wire.generator;

/** A schema that cannot be turned into Java, with its file, its line and what to change. */
final class SchemaException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SchemaException(String message) {
        super(message);
    }

    /** The problem at a place in a schema file. */
    static SchemaException at(Json place, String problem) {
        return new SchemaException(place.file() + ":" + place.line() + ": " + problem);
    }
}
