package mortise.wire.generator;

/** A closed range of versions; {@link #NONE} has no member. */
record Versions(int lowest, int highest) {
    /** No version at all. */
    static final Versions NONE = new Versions(0, -1);

    /** The end of an open range such as {@code 3+}. */
    static final int OPEN = Short.MAX_VALUE;

    /** Reads {@code none}, {@code 3}, {@code 3-5} or {@code 3+}. */
    static Versions parse(String text) {
        if (text.equals("none")) {
            return NONE;
        }
        if (text.endsWith("+")) {
            return new Versions(number(text, text.substring(0, text.length() - 1)), OPEN);
        }
        int dash = text.indexOf('-');
        if (dash < 0) {
            int only = number(text, text);
            return new Versions(only, only);
        }
        Versions range =
                new Versions(
                        number(text, text.substring(0, dash)),
                        number(text, text.substring(dash + 1)));
        if (range.isEmpty()) {
            throw new IllegalArgumentException(
                    "versions \"" + text + "\" end before they begin, want lowest-highest");
        }
        return range;
    }

    private static int number(String text, String part) {
        try {
            int value = Integer.parseInt(part);
            if (value >= 0 && value < OPEN) {
                return value;
            }
        } catch (NumberFormatException e) {
            // answered below, with the whole text
        }
        throw new IllegalArgumentException(
                "versions \"" + text + "\" are not understood, want none, 3, 3-5 or 3+");
    }

    boolean isEmpty() {
        return lowest > highest;
    }

    boolean isOpen() {
        return highest == OPEN;
    }

    boolean contains(int version) {
        return version >= lowest && version <= highest;
    }

    boolean contains(Versions other) {
        return other.isEmpty() || (contains(other.lowest) && contains(other.highest));
    }

    Versions intersect(Versions other) {
        Versions both =
                new Versions(Math.max(lowest, other.lowest), Math.min(highest, other.highest));
        return both.isEmpty() ? NONE : both;
    }

    /** These versions without the open range that begins at the other's lowest. */
    Versions before(Versions other) {
        return other.isEmpty() ? this : intersect(new Versions(0, other.lowest - 1));
    }

    @Override
    public String toString() {
        if (isEmpty()) {
            return "none";
        }
        if (isOpen()) {
            return lowest + "+";
        }
        return lowest == highest ? String.valueOf(lowest) : lowest + "-" + highest;
    }
}
