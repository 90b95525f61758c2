package mortise.wire.generator;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import javax.lang.model.SourceVersion;

/** What schema names become in Java, and which of them cannot. */
final class Names {
    private static final Pattern UPPER_CAMEL = Pattern.compile("[A-Z][A-Za-z0-9]*");
    private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z][A-Za-z0-9]*");

    /** Methods that every generated class has. */
    private static final Set<String> METHODS =
            Set.of(
                    "read",
                    "measure",
                    "write",
                    "isDefault",
                    ErrorsMethod.NAME,
                    "unknownTaggedFields",
                    "hashCode",
                    "toString",
                    "equals",
                    "getClass",
                    "notify",
                    "notifyAll",
                    "wait",
                    "clone",
                    "finalize");

    /** Methods that only messages have, not the structs inside them. */
    private static final Set<String> MESSAGE_METHODS =
            Set.of("lowestSupportedVersion", "highestSupportedVersion", "apiKey");

    /** Types that generated code names. */
    private static final Set<String> TYPES =
            Set.of(
                    "String",
                    "Boolean",
                    "Byte",
                    "Short",
                    "Integer",
                    "Long",
                    "Double",
                    "Object",
                    "Objects",
                    "Override",
                    "List",
                    "ArrayList",
                    "IntConsumer",
                    "UUID",
                    "ByteBuffer",
                    "Payload",
                    "ApiMessage",
                    "HeapCost",
                    "MessageSize",
                    "WireReader",
                    "WireWriter",
                    "UnknownTaggedField",
                    "UnwritableMessageException",
                    "Nullable");

    private Names() {}

    static boolean isUpperCamel(String name) {
        return UPPER_CAMEL.matcher(name).matches();
    }

    static boolean isIdentifier(String name) {
        return IDENTIFIER.matcher(name).matches();
    }

    /** Whether a field of this name can have an accessor in a struct, or in a message itself. */
    static boolean canBeAccessor(String name, boolean inMessage) {
        String accessor = lowerFirst(name);
        return !SourceVersion.isKeyword(accessor)
                && !METHODS.contains(accessor)
                && !(inMessage && MESSAGE_METHODS.contains(accessor));
    }

    static boolean canBeType(String name) {
        return !TYPES.contains(name);
    }

    static String lowerFirst(String name) {
        return name.substring(0, 1).toLowerCase(Locale.ROOT) + name.substring(1);
    }

    static String upperFirst(String name) {
        return name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1);
    }

    /** {@code OffsetForLeaderEpoch} as {@code OFFSET_FOR_LEADER_EPOCH}. */
    static String constant(String name) {
        StringBuilder constant = new StringBuilder();
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean wordStarts =
                    i > 0
                            && Character.isUpperCase(c)
                            && (!Character.isUpperCase(name.charAt(i - 1))
                                    || (i + 1 < name.length()
                                            && Character.isLowerCase(name.charAt(i + 1))));
            if (wordStarts) {
                constant.append('_');
            }
            constant.append(Character.toUpperCase(c));
        }
        return constant.toString();
    }
}
