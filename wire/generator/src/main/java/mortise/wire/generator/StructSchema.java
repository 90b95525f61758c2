package mortise.wire.generator;

import java.util.List;

/**
 * A named list of fields: a message's own, or those of a struct inside it.
 *
 * @param versions the versions of the message in which the struct can occur
 */
record StructSchema(String name, String about, Versions versions, List<FieldSchema> fields) {
    StructSchema {
        fields = List.copyOf(fields);
    }

    /** The tagged fields, by tag. */
    List<FieldSchema> taggedFields() {
        return fields.stream()
                .filter(FieldSchema::isTagged)
                .sorted((left, right) -> Integer.compare(left.tag(), right.tag()))
                .toList();
    }
}
