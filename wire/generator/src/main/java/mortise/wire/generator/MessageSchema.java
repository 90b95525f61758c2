package mortise.wire.generator;

import java.util.List;

/**
 * A message: its name, its versions, its fields and the structs that they use.
 *
 * @param apiKey the number of the API or record type, or -1
 * @param root the message's own fields
 * @param structs every struct inside, in the order of the file
 */
record MessageSchema(
        String name,
        Kind kind,
        int apiKey,
        Versions versions,
        Versions flexible,
        boolean latestVersionUnstable,
        List<String> listeners,
        StructSchema root,
        List<StructSchema> structs) {

    MessageSchema {
        listeners = List.copyOf(listeners);
        structs = List.copyOf(structs);
    }

    /** What a message is for. */
    enum Kind {
        REQUEST("request"),
        RESPONSE("response"),
        HEADER("header"),
        METADATA("metadata"),
        COORDINATOR_KEY("coordinator-key"),
        COORDINATOR_VALUE("coordinator-value"),
        DATA("data");

        private final String schemaName;

        Kind(String schemaName) {
            this.schemaName = schemaName;
        }

        String schemaName() {
            return schemaName;
        }
    }

    /** Whether it is a metadata record that there is a class for. */
    boolean isRecord() {
        return kind == Kind.METADATA && !versions.isEmpty();
    }

    /** The struct of that name; the reader of schemas has checked that there is one. */
    StructSchema struct(String wanted) {
        return structs.stream()
                .filter(struct -> struct.name().equals(wanted))
                .findFirst()
                .orElseThrow();
    }

    /** The name without Request or Response. */
    String apiName() {
        return switch (kind) {
            case REQUEST -> name.substring(0, name.length() - "Request".length());
            case RESPONSE -> name.substring(0, name.length() - "Response".length());
            case HEADER, METADATA, COORDINATOR_KEY, COORDINATOR_VALUE, DATA -> name;
        };
    }

    /**
     * The fewest bytes that a value of this type takes in any version in which it can occur, so
     * that a list's length can be refused before anything is allocated.
     */
    int leastBytes(FieldType type, Versions possible, Versions flexibleVersions) {
        int least = Integer.MAX_VALUE;
        for (int version = possible.lowest(); version <= possible.highest(); version++) {
            least = Math.min(least, leastBytes(type, version, flexibleVersions.contains(version)));
        }
        return Math.max(1, least);
    }

    private int leastBytes(FieldType type, int version, boolean compact) {
        return switch (type) {
            case Scalar scalar when scalar.isFixed() -> scalar.fixedBytes();
            case Scalar scalar when scalar == Scalar.STRING -> compact ? 1 : 2;
            case Scalar _, FieldType.ListOf _ -> compact ? 1 : 4;
            case FieldType.StructOf(String struct) -> leastBytes(struct(struct), version);
        };
    }

    private int leastBytes(StructSchema struct, int version) {
        int sum = flexible.contains(version) ? 1 : 0;
        for (FieldSchema field : struct.fields()) {
            if (field.versions().contains(version) && !field.tagged().contains(version)) {
                boolean bare =
                        field.type() instanceof FieldType.StructOf
                                && field.nullable().contains(version);
                sum +=
                        bare
                                ? 1
                                : leastBytes(
                                        field.type(), version, field.flexible().contains(version));
            }
        }
        return sum;
    }
}
