package mortise.tck.sim;

/** A change of names that the medium does not have yet. */
sealed interface NameChange {
    /** What the name belongs to. */
    SimNode node();

    /** Whether the directory's entries change. */
    boolean touches(SimDirectory directory);

    /** Brings the change to the medium, if what it starts from is there. */
    void reachMedium();

    /** A new name in a directory. */
    record Link(SimDirectory directory, String name, SimNode node) implements NameChange {
        @Override
        public boolean touches(SimDirectory other) {
            return directory == other;
        }

        @Override
        public void reachMedium() {
            directory.onMedium().putIfAbsent(name, node);
        }
    }

    /** A name taken away. */
    record Unlink(SimDirectory directory, String name, SimNode node) implements NameChange {
        @Override
        public boolean touches(SimDirectory other) {
            return directory == other;
        }

        @Override
        public void reachMedium() {
            directory.onMedium().remove(name, node);
        }
    }

    /** Another name for a node, which replaces whatever had it; seen whole or not at all. */
    record Rename(SimDirectory from, String oldName, SimDirectory to, String newName, SimNode node)
            implements NameChange {
        @Override
        public boolean touches(SimDirectory other) {
            return from == other || to == other;
        }

        @Override
        public void reachMedium() {
            if (from.onMedium().remove(oldName, node)) {
                to.onMedium().put(newName, node);
            }
        }
    }
}
