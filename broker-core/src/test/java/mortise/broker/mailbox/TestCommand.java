package mortise.broker.mailbox;

/** A data command that is no record batch. */
record TestCommand(int number, int sizeInBytes) implements DataCommand {}
