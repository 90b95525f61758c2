package mortise.broker.partition;

/**
 * Somebody who reads a partition and wants to know when there is more, or something else, to see.
 */
public interface ProgressWatcher {
    /**
     * The partition's view has changed: more is readable, its start moved, or it is led no longer.
     * Called by whoever drains the partition, after the change was published; must return at once.
     */
    void progressed();
}
