package mortise.coordinator.group;

import org.jspecify.annotations.Nullable;

/** A group: its members and how far it has come. Confined to the coordinator. */
final class Group {
    private final GroupOffsets offsets;
    private Membership members;

    Group(Membership members, GroupOffsets offsets) {
        this.members = members;
        this.offsets = offsets;
    }

    String id() {
        return members.id();
    }

    Membership members() {
        return members;
    }

    /** Goes on under another protocol. */
    void members(Membership others) {
        members = others;
    }

    /** Its members under the classic protocol; null if they use another one. */
    @Nullable ClassicGroup classic() {
        return members instanceof ClassicGroup classic ? classic : null;
    }

    /** Its members, if it is balanced by the broker; else null. */
    @Nullable ConsumerGroup consumers() {
        return members instanceof ConsumerGroup consumers ? consumers : null;
    }

    GroupOffsets offsets() {
        return offsets;
    }
}
