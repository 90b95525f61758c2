package mortise.metadata.controller;

import java.util.List;
import mortise.metadata.record.MetadataRecord;

/**
 * What the controller makes of a command.
 *
 * @param records what is to change, all of it or nothing; empty if nothing is
 * @param reply what whoever asked is told once the records are committed
 * @param <R> the reply's type
 */
public record Decision<R>(List<MetadataRecord> records, R reply) {
    public Decision {
        records = List.copyOf(records);
    }
}
