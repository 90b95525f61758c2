package mortise.wire.generator;

/** Java text under construction: lines and the blocks they stand in. */
final class JavaSource {
    private final StringBuilder text = new StringBuilder();
    private int depth;

    void line(String line) {
        if (!line.isEmpty()) {
            text.repeat("    ", depth).append(line);
        }
        text.append('\n');
    }

    void blank() {
        line("");
    }

    /** Begins a block with a head, such as a condition. */
    void open(String head) {
        line(head + " {");
        depth++;
    }

    /** Begins a block without a head. */
    void open() {
        line("{");
        depth++;
    }

    /** Ends the block and begins its sibling, such as an else. */
    void next(String head) {
        depth--;
        open("} " + head);
    }

    void close() {
        depth--;
        line("}");
    }

    /** Ends a block that is the end of a statement, such as a switch expression. */
    void closeStatement() {
        depth--;
        line("};");
    }

    /** A javadoc comment of one paragraph. */
    void doc(String sentence) {
        line("/** " + sentence + " */");
    }

    /** A sentence from a schema, made safe for javadoc. */
    static String docText(String about, String instead) {
        String text = about.isBlank() ? instead : about.strip();
        text =
                text.replace("&", "&amp;")
                        .replace("<", "&lt;")
                        .replace(">", "&gt;")
                        .replace("@", "&#64;")
                        .replace("*/", "* /")
                        .replace("\\", "&#92;");
        return text.endsWith(".") ? text : text + ".";
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
