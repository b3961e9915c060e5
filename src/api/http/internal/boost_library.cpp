// Boost.Asio and Boost.Beast are headers alone; here their functions are compiled, once.
#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>
