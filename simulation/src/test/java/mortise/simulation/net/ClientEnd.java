package mortise.simulation.net;

/** What a client does with what its connection brings. */
public interface ClientEnd {
    /** Bytes have come. */
    void received(byte[] bytes);

    /** The broker's side is gone. */
    void ended();
}
