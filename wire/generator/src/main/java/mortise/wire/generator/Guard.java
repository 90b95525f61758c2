package mortise.wire.generator;

/** A Java condition on {@code version}, simplified by what the version can be at that place. */
record Guard(String expression) {
    private static final Guard ALWAYS = new Guard("true");
    private static final Guard NEVER = new Guard("false");

    /** True for the wanted versions, given that the version is one of the possible ones. */
    static Guard of(Versions wanted, Versions possible) {
        Versions both = wanted.intersect(possible);
        if (both.isEmpty()) {
            return NEVER;
        }
        boolean low = both.lowest() > possible.lowest();
        boolean high = both.highest() < possible.highest();
        if (low && high) {
            return new Guard("version >= " + both.lowest() + " && version <= " + both.highest());
        }
        if (low) {
            return new Guard("version >= " + both.lowest());
        }
        return high ? new Guard("version <= " + both.highest()) : ALWAYS;
    }

    boolean always() {
        return equals(ALWAYS);
    }

    boolean never() {
        return equals(NEVER);
    }
}
