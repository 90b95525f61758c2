package mortise.coordinator.group;

/**
 * What groups are allowed. Times are in milliseconds.
 *
 * @param maxMetadataBytes how much a consumer may keep beside a committed offset
 * @param retentionMillis how long offsets are kept once nobody uses the group
 */
public record GroupSettings(
        Classic classic, int maxMetadataBytes, long retentionMillis, long retentionCheckMillis) {

    /**
     * What members of classic groups are allowed.
     *
     * @param initialDelayMillis how long an empty group waits for more members than the first
     * @param maxMembers how many members a group may have
     * @param maxGroupBytes how much a group's record may take: that bounds what members say of
     *     themselves and what they are assigned
     */
    public record Classic(
            int minSessionMillis,
            int maxSessionMillis,
            int initialDelayMillis,
            int maxMembers,
            int maxGroupBytes) {
        /** How long a new member is kept that does not ask again. */
        static final int NEW_MEMBER_MILLIS = 5 * 60 * 1_000;
    }
}
