package mortise.coordinator.group;

/** The states of a group under the classic protocol, as clients know them. */
enum ClassicState {
    /** There are no members; there may be offsets. */
    EMPTY("Empty"),
    /** Members are to join again. */
    PREPARING_REBALANCE("PreparingRebalance"),
    /** All have joined; the leader is to say who gets what. */
    COMPLETING_REBALANCE("CompletingRebalance"),
    /** Every member knows what it has. */
    STABLE("Stable"),
    /** The group is deleted. */
    DEAD("Dead");

    private final String wireName;

    ClassicState(String wireName) {
        this.wireName = wireName;
    }

    String wireName() {
        return wireName;
    }
}
