package mortise.metadata.controller;

import mortise.api.ErrorCode;
import mortise.api.RefusedException;
import org.jspecify.annotations.Nullable;

/**
 * Whether a part of a command is accepted.
 *
 * @param error {@link ErrorCode#NONE} if it is
 * @param message why not, and what to do; null if it is
 */
public record Verdict(ErrorCode error, @Nullable String message) {
    /** Accepted. */
    public static final Verdict ACCEPTED = new Verdict(ErrorCode.NONE, null);

    /** The verdict that a refusal is. */
    public static Verdict of(RefusedException refused) {
        return new Verdict(refused.error(), refused.getMessage());
    }

    /** Whether it is accepted. */
    public boolean accepted() {
        return error == ErrorCode.NONE;
    }
}
