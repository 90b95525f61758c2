package mortise.coordinator.group;

/** How far a member has come with the assignment that it is to have; numbers as they are stored. */
enum ConsumerMemberState {
    /** It has what it is to have. */
    STABLE(0),
    /** It is to give partitions up first. */
    UNREVOKED_PARTITIONS(1),
    /** It waits for partitions that others have to give up. */
    UNRELEASED_PARTITIONS(2),
    /** What is stored was written by a later release: the member must join again. */
    UNKNOWN(127);

    private final byte id;

    ConsumerMemberState(int id) {
        this.id = (byte) id;
    }

    byte id() {
        return id;
    }

    static ConsumerMemberState of(byte id) {
        return switch (id) {
            case 0 -> STABLE;
            case 1 -> UNREVOKED_PARTITIONS;
            case 2 -> UNRELEASED_PARTITIONS;
            default -> UNKNOWN;
        };
    }
}
