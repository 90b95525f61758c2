package mortise.simulation.net;

/** How many requests' frames the broker holds. */
public final class FrameCount {
    private int held;
    private long taken;

    /** None. */
    FrameCount() {}

    void take() {
        held++;
        taken++;
    }

    void release() {
        held--;
    }

    /** Forgets those of a process that has ended. */
    void forget(int count) {
        held -= count;
    }

    /** How many there are now. */
    public int held() {
        return held;
    }

    /** How many there were. */
    public long taken() {
        return taken;
    }
}
