package mortise.spi.consensus;

/** What became of a proposal. */
public sealed interface ProposeOutcome {
    /** It is in the log at this index, for good, and the local listener has heard it. */
    record Committed(long index) implements ProposeOutcome {}

    /** It is not in the log and never will be. */
    record Refused(String reason) implements ProposeOutcome {}

    /** It may or may not be in the log; only a later leader's log can tell. */
    record Indeterminate(String reason) implements ProposeOutcome {}
}
