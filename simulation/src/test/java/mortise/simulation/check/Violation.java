package mortise.simulation.check;

import org.jspecify.annotations.Nullable;

/** Something that must never happen, and did. */
public final class Violation extends AssertionError {
    private static final long serialVersionUID = 1;

    /** Code under test may catch what a checker throws; so the first of a run is kept. */
    private static final ThreadLocal<Violation> FIRST = new ThreadLocal<>();

    private final String rule;

    /**
     * A broken promise.
     *
     * @param rule which one, in a word or two
     * @param what what was seen and what was to be seen
     */
    public Violation(String rule, String what) {
        this(rule, what, null);
    }

    /** A broken promise, and what broke it. */
    public Violation(String rule, String what, @Nullable Throwable cause) {
        super(rule + ": " + what, cause);
        this.rule = rule;
        if (FIRST.get() == null) {
            FIRST.set(this);
        }
    }

    /** A run begins on this thread, in which nothing was broken yet. */
    public static void forgetAll() {
        FIRST.remove();
    }

    /** Throws the first violation of this thread's run, if there was one. */
    public static void rethrowFirst() {
        Violation first = FIRST.get();
        if (first != null) {
            throw first;
        }
    }

    /** Which promise was broken. */
    public String rule() {
        return rule;
    }
}
