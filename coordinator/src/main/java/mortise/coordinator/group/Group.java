package mortise.coordinator.group;

/** A group: its members and how far it has come. Confined to the coordinator. */
final class Group {
    private final String id;
    private final ClassicGroup members;
    private final GroupOffsets offsets = new GroupOffsets();

    Group(ClassicGroup members) {
        this.id = members.id();
        this.members = members;
    }

    String id() {
        return id;
    }

    ClassicGroup members() {
        return members;
    }

    GroupOffsets offsets() {
        return offsets;
    }
}
