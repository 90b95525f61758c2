/** Building, starting and watching a broker; what the command line and embedding programs see. */
package mortise.broker;
