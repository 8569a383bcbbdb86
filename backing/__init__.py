"""Throwaway servers of one's own, as tests, bench and chaos need them: started, used, and gone without a trace."""
