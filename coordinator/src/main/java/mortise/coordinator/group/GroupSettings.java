package mortise.coordinator.group;

import java.util.List;

/**
 * What groups are allowed. Times are in milliseconds.
 *
 * @param maxMetadataBytes how much a consumer may keep beside a committed offset
 * @param retentionMillis how long offsets are kept once nobody uses the group
 */
public record GroupSettings(
        Classic classic,
        Consumer consumer,
        int maxMetadataBytes,
        long retentionMillis,
        long retentionCheckMillis) {

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

    /**
     * What members of groups that the broker balances are allowed.
     *
     * @param sessionMillis how long one may be silent
     * @param heartbeatMillis how often each is to be heard
     * @param maxMembers how many members a group may have
     * @param assignors at least one; the first is used where members do not ask for another
     */
    public record Consumer(
            int sessionMillis,
            int heartbeatMillis,
            int maxMembers,
            List<ConsumerAssignor> assignors) {
        public Consumer {
            assignors = List.copyOf(assignors);
        }
    }

    /** The assignors that come with the broker, by their names. */
    public static List<ConsumerAssignor> assignors() {
        return List.of(new UniformAssignor(), new RangeAssignor());
    }
}
