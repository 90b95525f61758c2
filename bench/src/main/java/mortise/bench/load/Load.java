package mortise.bench.load;

import java.io.IOException;

/** What sends to a broker and reads from it until the run is over. */
interface Load extends AutoCloseable {
    /** Connects; returns when nothing stands between it and the load. */
    void prepare() throws IOException, InterruptedException;

    /** Begins. */
    void begin();

    /** Returns when the run is over and everything that was sent is answered. */
    void finish() throws IOException, InterruptedException;

    @Override
    void close();
}
