package mortise.wire.generator;

/** Writes the check that a message exists in the version that is asked for. */
final class VersionCheck {
    private VersionCheck() {}

    static void write(StructScope scope, JavaSource java, String doing) {
        Versions valid = scope.message().versions();
        java.open("if (version < " + valid.lowest() + " || version > " + valid.highest() + ")");
        java.line(
                "throw ApiMessage.noSuchVersion(\""
                        + doing
                        + "\", "
                        + scope.nameLiteral()
                        + ", version, this);");
        java.close();
    }
}
