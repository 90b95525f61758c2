package mortise.spi.telemetry;

import java.util.List;

/**
 * An answer to a question about the broker's health.
 *
 * @param reasons why the answer is no; empty if it is yes
 */
public record Health(List<Reason> reasons) {
    /** Nothing is wrong. */
    public static final Health GOOD = new Health(List.of());

    /**
     * Something that is wrong.
     *
     * @param name a word for programs, lower case with dashes, for example {@code starting}
     * @param detail a sentence for people
     */
    public record Reason(String name, String detail) {}

    public Health {
        reasons = List.copyOf(reasons);
    }

    /** Whether the answer is yes. */
    public boolean good() {
        return reasons.isEmpty();
    }
}
