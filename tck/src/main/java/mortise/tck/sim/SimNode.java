package mortise.tck.sim;

/** A file or directory of a simulated disk, whatever its name. Confined to the disk's lock. */
abstract sealed class SimNode permits SimFile, SimDirectory {
    private final long id;
    private final long createdMillis;
    private long modifiedMillis;
    private long forces;

    SimNode(long id, long nowMillis) {
        this.id = id;
        this.createdMillis = nowMillis;
        this.modifiedMillis = nowMillis;
    }

    final long id() {
        return id;
    }

    final long createdMillis() {
        return createdMillis;
    }

    final long modifiedMillis() {
        return modifiedMillis;
    }

    final void modified(long millis) {
        modifiedMillis = millis;
    }

    final long forces() {
        return forces;
    }

    final void countForce() {
        forces++;
    }
}
