package mortise.wire.generator;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The members of one object in a schema file, read by name; what is not known is refused. */
final class Attributes {
    private final Json.Members members;
    private final String subject;

    private Attributes(Json.Members members, String subject) {
        this.members = members;
        this.subject = subject;
    }

    /** The members of a value that must be an object with no other than these attributes. */
    static Attributes of(Json value, String subject, List<String> known) {
        if (!(value instanceof Json.Members members)) {
            throw SchemaException.at(value, subject + " must be an object {...}");
        }
        for (Map.Entry<String, Json> member : members.values().entrySet()) {
            if (!known.contains(member.getKey())) {
                throw SchemaException.at(
                        member.getValue(),
                        subject
                                + " has an attribute \""
                                + member.getKey()
                                + "\" that the schema language does not know; it knows "
                                + String.join(", ", known));
            }
        }
        return new Attributes(members, subject);
    }

    Json place() {
        return members;
    }

    boolean has(String name) {
        return members.values().containsKey(name);
    }

    /** The same object, called by its name from here on. */
    Attributes about(String newSubject) {
        return new Attributes(members, newSubject);
    }

    /** A problem with one attribute. */
    SchemaException problem(String attribute, String problem) {
        Json place = members.values().getOrDefault(attribute, members);
        return SchemaException.at(place, subject + ": " + problem);
    }

    String text(String name) {
        return find(name)
                .orElseThrow(() ->
                        SchemaException.at(
                                members, subject + " lacks the attribute \"" + name + "\""));
    }

    /** A text, or a number or boolean as it was spelt. */
    Optional<String> find(String name) {
        Json value = members.values().get(name);
        return switch (value) {
            case null -> Optional.empty();
            case Json.Text(String _, int _, String text) -> Optional.of(text);
            case Json.Literal(String _, int _, String spelt) -> Optional.of(spelt);
            case Json.Members _, Json.Items _ ->
                    throw problem(name, "\"" + name + "\" must be a text");
        };
    }

    boolean flag(String name) {
        String text = find(name).orElse("false");
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default ->
                    throw problem(name, "\"" + name + "\" is \"" + text + "\", want true or false");
        };
    }

    /** A number from 0 to 32767, or -1 if it is absent. */
    int number(String name) {
        Optional<String> text = find(name);
        if (text.isEmpty()) {
            return -1;
        }
        try {
            int value = Integer.parseInt(text.get());
            if (value >= 0 && value <= Short.MAX_VALUE) {
                return value;
            }
        } catch (NumberFormatException e) {
            // answered below, with the text
        }
        throw problem(
                name, "\"" + name + "\" is " + text.get() + ", want a number from 0 to 32767");
    }

    Versions versions(String name, Versions absent) {
        Optional<String> text = find(name);
        if (text.isEmpty()) {
            return absent;
        }
        try {
            return Versions.parse(text.get());
        } catch (IllegalArgumentException e) {
            throw problem(name, "\"" + name + "\": " + e.getMessage());
        }
    }

    Versions versions(String name) {
        text(name);
        return versions(name, Versions.NONE);
    }

    List<Json> items(String name) {
        Json value = members.values().get(name);
        return switch (value) {
            case null -> List.of();
            case Json.Items(String _, int _, List<Json> values) -> values;
            case Json.Text _, Json.Literal _, Json.Members _ ->
                    throw problem(name, "\"" + name + "\" must be a list [...]");
        };
    }
}
