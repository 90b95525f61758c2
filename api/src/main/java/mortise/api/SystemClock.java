package mortise.api;

/** The machine's clocks. */
@PermittedApi("the only place that reads the machine's time")
enum SystemClock implements Clock {
    INSTANCE;

    @Override
    public long wallMillis() {
        return System.currentTimeMillis();
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }
}
