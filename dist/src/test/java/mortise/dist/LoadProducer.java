package mortise.dist;

/** A client that writes numbered records into topics, and keeps a ledger of each. */
interface LoadProducer extends AutoCloseable {
    /** Sends its share of a moment: some records to each of its topics. */
    void send() throws InterruptedException;

    /** Waits until every record is settled, at most so long. */
    void finish(long seconds) throws InterruptedException;

    @Override
    void close();
}
